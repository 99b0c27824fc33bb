package shop

interface Priced
