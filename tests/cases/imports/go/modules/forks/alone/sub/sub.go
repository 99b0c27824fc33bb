package sub

const Name = 3
