package money

var Hidden = check
