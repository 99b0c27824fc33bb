package parts

func (w *Wheel) Roll()  {}
func (w *Wheel) Fit()   {}
func (w *Wheel) Print() {}
