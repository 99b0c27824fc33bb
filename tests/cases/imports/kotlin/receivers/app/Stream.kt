package app

interface Stream
