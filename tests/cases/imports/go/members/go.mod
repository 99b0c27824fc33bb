module example.com/works

go 1.22
