package main

import (
	"log"
	"os"
)

func main() {
	if err := parse(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}
