from thing import api
