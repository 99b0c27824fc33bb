package lib

const Name = 1
