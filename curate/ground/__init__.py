"""What any program needs: errors, files, locks, and strict readers. It knows no dataset."""
