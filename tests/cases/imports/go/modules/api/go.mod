module example.com/api/v2
