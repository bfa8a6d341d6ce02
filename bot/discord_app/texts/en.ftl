### What people read in Discord, in English. Each language is a file like this one, with the same keys.
### Names of commands and options are lower case, at most 32 characters, without spaces; descriptions at most 100 characters.

## Lists of posts

command-latest = latest
    .description = Show the newest link posts
command-tag = tag
    .description = Show the newest link posts with a tag
command-search = search
    .description = Search all link posts
command-tags = tags
    .description = Show all tags, with how many posts each has
command-sources = sources
    .description = Show all sources, with how many posts each has
command-random = random
    .description = Show a link post picked by chance
option-count = count
    .description = How many posts on a page, 1 to 25; 5 if left out
option-tag = tag
    .description = Only posts with this tag
option-source = source
    .description = Only posts from this source
option-since = since
    .description = Only posts since then: 7d, 4w, 6m, 1y, or a date such as 2026-05-01
option-name = name
    .description = The tag
option-and = and
    .description = Only posts that have this tag as well
option-words = words
    .description = Words to find; "in quotes" they must follow one another
option-share = share
    .description = Let everybody here see the answer; otherwise only you do

latest-heading = Latest posts
search-heading = Search: { $words }
random-heading = A post picked by chance
related-heading = Related posts
tags-heading = { $count ->
    [one] One tag
   *[other] { $count } tags
 }
sources-heading = { $count ->
    [one] One source
   *[other] { $count } sources
 }
number = { $count }
more-names = { $count ->
    [one] and one more
   *[other] and { $count } more
 }
since-heading = since { $date }
page-footer = Page { $page }
announcement-link = announcement
words-cut = Only these words were searched for; there were more.
indexing = Indexing, { $percent } %: here is what there is so far.

button-first = « First
button-back = ‹ Back
button-next = Next ›
button-again = Another one
button-share = Share
button-tag = #{ $tag }

nothing-yet = There are no posts yet.
nothing-related = There is nothing like it.
nothing-on-page = There are no further posts.
nothing-with-filters = No post passes all of this: { $filters }.
nothing-found = Nothing was found for { $words }.
nothing-to-search = There is no word to search for in this. Try one or two words, such as a title's.
unknown-tag = There is no post with the tag { $name }.
unknown-source = There is no post with the source { $name }.
did-you-mean = Did you mean one of these?
choose-from-list = While you type, Discord shows those that exist.
unknown-since = { $typed } is no date that I understand. Try 7d, 4w, 6m, 1y (days, weeks, months, years), or a date such as 2026-05-01.
since-days = { $count ->
    [one] the last day
   *[other] the last { $count } days
 }
since-weeks = { $count ->
    [one] the last week
   *[other] the last { $count } weeks
 }
since-months = { $count ->
    [one] the last month
   *[other] the last { $count } months
 }
since-years = { $count ->
    [one] the last year
   *[other] the last { $count } years
 }

## What went wrong

failed = Sorry, this did not work. Please try again in a minute; if it fails again, give the people who run this bot the reference { $reference }.
stale-command = This command has changed since your Discord last looked. Restart Discord (Ctrl+R on a computer) and try again.
stale-button = This button is of an older message that I cannot read any more. Please ask again with a command.

## Commands in the menu of a message; their names have at most 32 characters

menu-related = Related links
menu-save = Save for later
no-post-in-message = There is no link post in this message that I know. Use this on an announcement, or on a message with the link of one.
saved = Saved: { $link }
saved-first = Saved: { $link } (the first { $count }; a message holds no more)
saved-from = Saved from { $link }
saved-for-you = Saved for you
direct-messages-closed = I cannot write to you: you take no direct messages from me. Allow direct messages in the privacy settings of a server where we both are (its name, then Privacy Settings), unblock me if you blocked me, and try again.
no-common-server = I cannot write to you: Discord lets me do that only where we share a server. Join one where I am, and try again.
