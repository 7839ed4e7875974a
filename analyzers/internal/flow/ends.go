package flow

import (
	"go/types"
	"strings"
)

// endsByName knows functions of the standard library and of common loggers that
// do not come back. Source: their documentation.
func endsByName(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return false
	}
	owner := fn.Pkg().Path()
	if recv := fn.Signature().Recv(); recv != nil {
		owner += "." + typeName(recv.Type())
	}
	for name := range strings.FieldsSeq(ends[owner]) {
		if name == fn.Name() {
			return true
		}
	}
	return false
}

// ends lists them by package, or by package and type for methods.
var ends = map[string]string{
	"os":                                        "Exit",
	"syscall":                                   "Exit ExitProcess",
	"runtime":                                   "Goexit",
	"log":                                       "Fatal Fatalf Fatalln Panic Panicf Panicln",
	"log.Logger":                                "Fatal Fatalf Fatalln Panic Panicf Panicln",
	"testing.common":                            "FailNow Fatal Fatalf Skip SkipNow Skipf",
	"testing.TB":                                "FailNow Fatal Fatalf Skip SkipNow Skipf",
	"go.uber.org/zap.Logger":                    "Fatal Panic",
	"go.uber.org/zap.SugaredLogger":             "Fatal Fatalf Fatalw Fatalln Panic Panicf Panicw Panicln",
	"github.com/sirupsen/logrus":                "Exit Fatal Fatalf Fatalln Panic Panicf Panicln",
	"github.com/sirupsen/logrus.Logger":         "Exit Fatal Fatalf Fatalln Panic Panicf Panicln",
	"github.com/sirupsen/logrus.Entry":          "Fatal Fatalf Fatalln Panic Panicf Panicln",
	"github.com/sirupsen/logrus.FieldLogger":    "Fatal Fatalf Fatalln Panic Panicf Panicln",
	"k8s.io/klog":                               "Exit ExitDepth Exitf Exitln Fatal FatalDepth Fatalf Fatalln",
	"k8s.io/klog/v2":                            "Exit ExitDepth Exitf Exitln Fatal FatalDepth Fatalf Fatalln",
	"github.com/golang/glog":                    "Exit ExitDepth Exitf Exitln Fatal FatalDepth Fatalf Fatalln",
	"google.golang.org/grpc/grpclog":            "Fatal Fatalf Fatalln",
	"github.com/charmbracelet/log":              "Fatal Fatalf",
	"github.com/go-kratos/kratos/v2/log":        "Fatal Fatalf Fatalw",
	"github.com/go-kratos/kratos/v2/log.Helper": "Fatal Fatalf Fatalw",
}

func typeName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return named.Obj().Name()
	}
	return ""
}
