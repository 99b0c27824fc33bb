package types

type ID int
