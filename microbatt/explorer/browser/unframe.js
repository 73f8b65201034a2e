// Bokeh frames a figure that has been tapped, as if the keyboard had reached it.
let focused = document.activeElement
while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement
focused?.blur()
