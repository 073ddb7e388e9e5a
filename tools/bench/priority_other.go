//go:build !linux

package main

func hurry(bool) bool { return false }
