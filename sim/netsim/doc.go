// Package netsim is networks, ports and the lives of programs, in a world.
package netsim
