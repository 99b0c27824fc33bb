package straße;

/* für */ class Größe { String maß = "日本"; Änderung é(Façade ç) { return ç.größer(maß); } }
