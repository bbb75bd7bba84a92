#!/bin/sh
# What Flagbook does, shown on the invented data of sample_data/: everything is made in demo/, which is removed first.
# Run by `make demo`; needs .venv (make setup). Each command is shown as it is run.
set -eu
cd "$(dirname "$0")/.."

said() {
    printf '\n$'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9._/:=-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
}

# Exit code 4 says that rows came back, as some of the sample's are meant to.
run() {
    said "$@"
    code=0
    "$@" || code=$?
    case $code in
        0) ;;
        4) echo '(exit code 4: done, and rows came back)' ;;
        *)
            echo "The demo stops: exit code $code." >&2
            exit "$code"
            ;;
    esac
}

echo 'A tour and cleaning business that does not exist: 500 customers, 3,000 bookings, and sheets of flags, tags and status.'
rm -rf demo
mkdir demo
cp sample_data/*.csv sample_data/*.xlsx sample_data/flagbook.toml demo/
said cd demo
cd demo
PATH="$(cd .. && pwd)/.venv/bin:$PATH"
export PATH
unset FLAGBOOK_STORE FLAGBOOK_SETTINGS

run flagbook load --customers customers.csv --bookings bookings.csv --by 'Night run' --as-of 2026-06-01T06:00
run flagbook apply first_flags.csv --by 'Ines Parrow' --as-of 2026-06-01T08:00
run flagbook apply flags.xlsx more_flags.csv --by 'Ines Parrow' --reason 'Weekly review' --as-of 2026-06-01T09:00 --out results --dry-run
run flagbook --quiet apply flags.xlsx more_flags.csv --by 'Ines Parrow' --reason 'Weekly review' --as-of 2026-06-01T09:00 --out results
run flagbook apply tags_and_status.xlsx --by 'Rhona Castell' --as-of 2026-06-01T09:30 --out results
said cp next_bookings.csv inbox/bookings.csv
mkdir inbox
cp -p next_bookings.csv inbox/bookings.csv
run flagbook nightly --as-of 2026-06-02T04:00
run flagbook undo 3 --as-of 2026-06-02T10:00 --dry-run
run flagbook batches
run flagbook show TC-00017 --as-of 2026-06-02T09:00
run flagbook report --as-of 2026-06-02T07:00 --out reports

cat <<'END'

In demo/ there are now:
  flagbook.duckdb                    the book
  first_flags.results.csv            what became of each row of the first upload
  results/flags.preview.xlsx         what the dry run said of each row,
  results/more_flags.preview.csv       as a workbook and as a CSV
  results/flags.results.xlsx         what became of each row
  results/more_flags.results.csv
  results/tags_and_status.results.xlsx  the same for tags and status
  results/flags.rejected.xlsx        the rows that came back: correct them,
  results/more_flags.rejected.csv      and apply these files
  outbox/2026-06-02/reports.xlsx     what the night wrote: reports to look at,
  outbox/2026-06-02/report.html        a page (open it in a browser),
  outbox/2026-06-02/nightly.json       and what it did
  archive/2026-06-02/bookings.csv    the export that it took out of inbox/
  reports/reports.xlsx               the same reports as of 7:00 in the morning

To look further:
  cd demo
  ../.venv/bin/flagbook batch 3
  ../.venv/bin/flagbook history TC-00033
  ../.venv/bin/python -c "import duckdb; duckdb.connect('flagbook.duckdb', read_only=True).sql('SELECT flag_type, count(*) AS flags FROM flags GROUP BY ALL ORDER BY flags DESC').show()"
END
