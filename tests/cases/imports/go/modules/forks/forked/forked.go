package forked

const Name = 2
