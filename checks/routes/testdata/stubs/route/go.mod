module github.com/prometheus/common/route

go 1.22
