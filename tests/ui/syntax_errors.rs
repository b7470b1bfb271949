// Mistakes of several items are reported together.

fn one() {
    let x = ;
}

fn two(n u32) {}

fn three() {
    launch!(k [1]);
}
