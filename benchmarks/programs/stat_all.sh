# Bare look at each file: stat_all.sh FOLDER
find "$1" -type f -printf '%p %s %T@\n'
