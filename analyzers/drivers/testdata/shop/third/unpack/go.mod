module example.org/unpack

go 1.26
