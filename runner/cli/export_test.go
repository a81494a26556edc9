package cli

// Percent is percent, for tests.
var Percent = percent
