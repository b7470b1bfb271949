fn f(n: u32) {
    println!("{}", n);
    assert!(n > 0);
    fautl!("n", n, 3);
    fault!("n");
    require!();
    supports!(subgroup);
    launch!(k, [1, 2, 3, 4]);
}
