package load

import (
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
)

// neverReturns knows functions of the standard library and of common loggers
// that do not come back. Dependencies are read from export data, so their
// facts are not computed; without this, code after log.Fatal looks reachable.
// Source: the functions' documentation.
func neverReturns(obj types.Object) bool {
	fn, ok := obj.(*types.Func)
	if !ok {
		return false
	}
	switch fn.FullName() {
	case "log.Fatal", "log.Fatalf", "log.Fatalln", "log.Panic", "log.Panicf", "log.Panicln",
		"(*log.Logger).Fatal", "(*log.Logger).Fatalf", "(*log.Logger).Fatalln",
		"(*log.Logger).Panic", "(*log.Logger).Panicf", "(*log.Logger).Panicln",
		"os.Exit", "syscall.Exit", "runtime.Goexit",
		"(*testing.common).FailNow", "(*testing.common).Fatal", "(*testing.common).Fatalf",
		"(*testing.common).Skip", "(*testing.common).SkipNow", "(*testing.common).Skipf",
		"(*go.uber.org/zap.Logger).Fatal", "(*go.uber.org/zap.Logger).Panic",
		"(*go.uber.org/zap.SugaredLogger).Fatal", "(*go.uber.org/zap.SugaredLogger).Fatalf",
		"(*go.uber.org/zap.SugaredLogger).Fatalw", "(*go.uber.org/zap.SugaredLogger).Fatalln",
		"(*go.uber.org/zap.SugaredLogger).Panic", "(*go.uber.org/zap.SugaredLogger).Panicf",
		"github.com/sirupsen/logrus.Fatal", "github.com/sirupsen/logrus.Fatalf", "github.com/sirupsen/logrus.Fatalln",
		"github.com/sirupsen/logrus.Panic", "github.com/sirupsen/logrus.Panicf", "github.com/sirupsen/logrus.Panicln",
		"(*github.com/sirupsen/logrus.Logger).Fatal", "(*github.com/sirupsen/logrus.Logger).Fatalf",
		"(*github.com/sirupsen/logrus.Logger).Fatalln",
		"(*github.com/sirupsen/logrus.Entry).Fatal", "(*github.com/sirupsen/logrus.Entry).Fatalf",
		"(*github.com/sirupsen/logrus.Entry).Fatalln",
		"k8s.io/klog/v2.Fatal", "k8s.io/klog/v2.Fatalf", "github.com/golang/glog.Fatal", "github.com/golang/glog.Fatalf":
		return true
	}
	return false
}

func isNoReturnFact(fact analysis.Fact) bool {
	return reflect.TypeOf(fact) == reflect.TypeOf(ctrlflow.Analyzer.FactTypes[0])
}
