//@ empty: true
