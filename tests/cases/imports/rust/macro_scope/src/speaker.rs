use crate::hidden::loud;

pub fn speak() {
    println!("not the hidden one");
    loud();
    say!("hello");
    whisper!("hello");
    // A function of the root, though a module has the same name.
    let found = crate::search(thrice!(1));
    println!("{}", twice!(found));
}
