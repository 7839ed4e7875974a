module example.com/shop

go 1.26

require (
	example.org/unpack v1.0.0
	github.com/gin-gonic/gin v1.10.0
)

replace (
	example.org/unpack => ./third/unpack
	github.com/gin-gonic/gin => ./third/gin
)
