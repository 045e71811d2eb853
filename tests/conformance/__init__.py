"""What every shipped box promises, asked of every file by one suite, in every way it plays."""
