package price_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/policies/price"
)

func TestReadNamesEveryMistake(t *testing.T) {
	t.Parallel()
	_, err := price.Read(strings.NewReader("# a comment counts as a line\n" + header + strings.Join([]string{
		"ec2,good,us-east-1,hour,1,[A] list,2026-06-01",
		"ec2,,us-east-1,hour,,[A] list,2026-06-01",
		"ec2,number,us-east-1,hour,one,[A] list,2026-06-01",
		"ec2,nan,us-east-1,hour,NaN,[A] list,2026-06-01",
		"ec2,negative,us-east-1,hour,-1,[A] list,2026-06-01",
		"ec2,unit,us-east-1,fortnight,1,[A] list,2026-06-01",
		"ec2,count,us-east-1,7k requests,1,[A] list,2026-06-01",
		"ec2,good,us-east-1,hour,2,[A] list,2026-06-01",
		"ec2,grade,us-east-1,hour,1,list,2026-06-01",
		"ec2,letter,us-east-1,hour,1,[E] list,2026-06-01",
		"ec2,bare,us-east-1,hour,1,[A],2026-06-01",
		"ec2,date,us-east-1,hour,1,[A] list,June",
		"ec2,undated,us-east-1,hour,1,[A] list,",
		"ec2,short,us-east-1,hour",
		"ec2,allowance free 10 GB,us-east-1,GB,1,[A] list,2026-06-01",
		`ec2,quo"te,us-east-1,hour,1,[A] list,2026-06-01`,
		"ec2,also good,us-east-1,hour,1,[A] list,2026-06-01",
	}, "\n")))
	require.Error(t, err)
	lines := strings.Split(err.Error(), "\n")
	require.Equal(t, "price book: 16 mistakes", lines[0])
	for i, want := range []string{
		"line 4: usage_type_or_key: got nothing, want a value",
		"line 4: usd: got nothing, want a value",
		`line 5: usd: got "one", want a number as in 0.0672`,
		`line 6: usd: got "NaN", want a number`,
		`line 7: usd: got "-1", want zero or more`,
		`line 8: unit: got "fortnight", want a unit of the book such as hour`,
		`line 9: unit: got "7k requests"`,
		`line 10: got ec2 "good" in us-east-1 again, first on line 3; keep one`,
		`line 11: source: got "list", want it to start with a grade: [A], [B], [C] or [D]`,
		`line 12: source: got "[E] list"`,
		`line 13: source: got "[A]", want a text behind the grade`,
		`line 14: source_date: got "June", want a day as in 2026-09-24`,
		"line 15: source_date: got nothing, want a value",
		"line 16: got 4 fields, want 7",
		`line 17: usd: got 1 for "allowance free 10 GB", want 0`,
		`line 18: got bare " in non-quoted-field, want CSV`,
	} {
		require.Contains(t, lines[i+1], want)
	}
}

func TestReadNamesOneMistakeOnItsLine(t *testing.T) {
	t.Parallel()
	_, err := price.Read(strings.NewReader(header + "ec2,a,us-east-1,hours,1,[A] list,2026-06-01\n"))
	require.EqualError(t, err, `price book: line 2: unit: got "hours", want a unit of the book such as hour or 1M requests `+
		`(1k, 10k, 100k or 1M); nearest are "hour", "month", "RRU"`)
}

func TestReadWantsTheColumns(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a,b\n", "service,key,region,unit,usd,source,source_date\n"} {
		_, err := price.Read(strings.NewReader(text))
		require.ErrorContains(t, err, "want the columns service,usage_type_or_key,region,unit,usd,source,source_date")
	}
}

func TestWriteAndReadAgain(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	require.NoError(t, defaultBook(t).Write(&text, "one", "two"))
	require.True(t, strings.HasPrefix(text.String(), "# one\n# two\n"+header))
	again, err := price.Read(&text)
	require.NoError(t, err)
	require.Equal(t, defaultBook(t).Rows(), again.Rows())
}

// What Read accepts can be written and read again, priced and widened, without a panic.
func FuzzRead(f *testing.F) {
	f.Add(header + "ec2,BoxUsage:t4g.large,us-east-1,hour,0.0672,[A] list,2026-06-01\n")
	f.Add(header + "s3,Bytes first 50 TB,global,1k requests,0.0672,[D] \"list\",2026-06-01\n#\n")
	f.Add("# x\n" + header + "a,b over 1k,c,1M queries,1e-9,\"[B] a,b\",0001-01-01\n")
	f.Fuzz(func(t *testing.T, text string) {
		book, err := price.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		var written bytes.Buffer
		require.NoError(t, book.Write(&written))
		again, err := price.Read(&written)
		require.NoError(t, err)
		require.Len(t, again.Rows(), len(book.Rows()))
		for _, p := range book.Rows() {
			family, _ := price.Family(p.Key)
			_, _ = book.Charge(p.Service, family, p.Region, 1e6)
			low, high := p.Interval(p.Date)
			require.LessOrEqual(t, low, high)
		}
	})
}
