module github.com/seed-3519b94c/simrun

go 1.26
