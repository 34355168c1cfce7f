//! What the layer leans on fails while requests come: nothing forged gets in, nothing is handled twice, and all is
//! well again as soon as the fault is over.

mod clocks;
mod gate;
mod keys;
mod load;
mod phases;
mod sigterm;
mod store;
