package straße

/* für */ class Größe { val maß = "日本 $ü"; fun é(ç: Façade) = ç.größer(maß) }
