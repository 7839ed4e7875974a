module example.com/minimal

go 1.26.0
