"""Mémoire."""
größe = "é"; Länge = größe


def før(日本):
    "Größer als 1. Mehr."
    return "éé" + størst.før("ü", f"{ü.öl}") + é("日本"), x, 日本
