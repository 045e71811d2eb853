"""What several benches need: footage, a listener, the script that we are held against."""
