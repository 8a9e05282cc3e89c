package config

import (
	"fmt"
	"strings"
)

// DidYouMean is the remedy for a word that is none of the words that exist: those that
// it is a part of, or the nearest one, or all of them.
func DidYouMean(word string, words []string) string {
	var near []string
	for _, w := range words {
		if word != "" && strings.Contains(w, strings.ToLower(word)) {
			near = append(near, w)
		}
	}
	if len(near) > 0 {
		return fmt.Sprintf("did you mean %s?", strings.Join(near, ", "))
	}
	return didYouMean(word, words)
}

// didYouMean is the remedy for a word that is none of the words that exist.
func didYouMean(word string, words []string) string {
	if w := nearest(word, words); w != "" {
		return fmt.Sprintf("did you mean %s?", w)
	}
	return "want one of " + strings.Join(words, ", ")
}

// UnknownType is the error of a word that stands where a type of source is to be.
func UnknownType(word string) error {
	return fmt.Errorf("%s is no type of source; %s", excerpt(word), didYouMean(word, sourceTypes()))
}

// nearest returns the word that is the fewest edits away, "" when none is near
// enough to have been meant.
func nearest(word string, words []string) string {
	word = strings.ToLower(word)
	best, fewest := "", 1+max(1, min(len(word), maxWord)/3)
	if len(word) > maxWord {
		return best
	}
	for _, w := range words {
		if n := edits(word, strings.ToLower(w)); n < fewest {
			best, fewest = w, n
		}
	}
	return best
}

// maxWord is the longest word worth comparing; the time is its square.
const maxWord = 64

// edits is how many letters must be inserted, deleted, replaced or swapped with
// their neighbour to turn a into b (optimal string alignment distance).
func edits(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replace := last[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
