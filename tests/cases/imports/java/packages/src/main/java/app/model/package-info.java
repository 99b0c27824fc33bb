/** Who buys. */
@app.text.Style
package app.model;
