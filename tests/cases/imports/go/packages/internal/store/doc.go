// Package warehouse has another name than its folder.
package warehouse
