namespace Straße;

/* für */ class Größe { string Maß = "日本"; Änderung É(Façade ç) { return ç.Größer(Maß); } }
