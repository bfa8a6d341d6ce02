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
instead-corrected = Nothing was found for “{ $words }”; this is for what may have been meant.
instead-some = No post has all of “{ $words }”; these have some of it.
nothing-to-search = There is no word to search for in this. Try one or two words, such as a title's.
unknown-tag = There is no post with the tag { $name }.
unknown-source = There is no post with the source { $name }.
did-you-mean = Did you mean one of these?
choose-from-list = While you type, Discord shows those that exist.
unknown-since = { $typed } is no date that I understand. Try 7d, 4w, 6m, 1y (days, weeks, months, years), or a date such as 2026-05-01.
# What people may write for it after a number, in small letters, parted by spaces; the languages share them.
units-days = d day days
units-weeks = w week weeks
units-months = m month months
units-years = y year years
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

## People who manage the server; names of channels, times and posts come as Discord shows them

command-linkbot = linkbot
    .description = For people who manage this server: what Linkbot does here, and steering it
command-status = status
    .description = What Linkbot does, waits for, and needs people for
command-preview = preview
    .description = A post's card, where it would go and why not, and what became of it
command-announce = announce
    .description = Announce posts on purpose in this server; never twice in a channel
command-pause = pause
    .description = Hold back what is to be announced here; nothing is lost
command-resume = resume
    .description = Announce here again: what waited goes out at once
command-channels = channels
    .description = The channels of this server: what each takes, and whether Linkbot may write there
option-post = post
    .description = Words of its title or path; choose from the list
option-newest = latest
    .description = How many of the newest posts, 1 to 10
option-into = channel
    .description = Only in this channel, whatever its filters say; otherwise where the filters say
option-channel = channel
    .description = Only this channel; otherwise all of this server

manage-in-server = Use this in a server where I am a member.
manage-not-allowed = Only people with the permission Manage Server can do this.
manage-no-channel = None of the channels that I announce in is in this server. Whoever runs me adds one to the settings, under channels.
manage-other-channel = I do not announce in { $channel }. In this server I announce in { $channels }.
more-of-these = { $count ->
    [one] and one more
   *[other] and { $count } more
 }

status-heading = What Linkbot does
status-since = Running since { $time }
status-discord = Discord answers within { $milliseconds } ms
status-scan = Looked at the content { $time }: { $count ->
    [one] one file
   *[other] { $count } files
 }
status-no-scan = Has not looked at the content yet
status-posts = Posts: { $posts }
status-problems = { $count ->
    [one] ⚠️ One thing is wrong in the content:
   *[other] ⚠️ { $count } things are wrong in the content:
 }
status-more-problems = and { $count } more; `linkbot check` tells whoever runs me all of them.
status-followers-paused = ⏸️ Direct messages to followers: paused { $time }
status-content-gone = ⚠️ The content directory cannot be read ({ $time }). New posts are noticed once it is back; whoever runs me should look at it.
status-catalog-fails = ⚠️ The catalog cannot be used ({ $time }). Nothing is sent meanwhile; whoever runs me should look at my log.
standing-announced = { $count } announced
standing-indexed = { $count } in the archive only
standing-held = { $count } held
standing-waiting = { $count } waiting for their date
standing-hidden = { $count } hidden
channel-sent = { $count } sent
channel-waiting = { $count } waiting
channel-waiting-since = { $count } waiting, the oldest { $time }
channel-sleeping = { $count } asleep (their posts cannot be shown now)
channel-paused = ⏸️ paused { $time }
channel-trouble = ⚠️ { $what } ({ $time })
held-up-refused = ⚠️ { $channel }: { $post } is refused: { $reason }. Whoever runs me can try it again (`linkbot resolve { $number } --resend`) or leave it (`--drop`).
held-up-unknown = ⚠️ { $channel }: nobody can tell whether { $post } stands there: { $reason }. Look into the channel; whoever runs me then says so (`linkbot resolve { $number } --sent` with the message's id) or has it sent (`--resend`).

post-unknown = I know no post { $post }. While you type, Discord shows those that there are.
post-several = Several posts have the words { $post }. Type one of these, or choose from the list while you type:
    { $posts }
preview-heading = What becomes of it
preview-announced = **Announced**: members find it, and it goes where the filters say.
preview-indexed = **Not announced**, but members find it.
preview-held = **Held**: too many new posts came at once. Whoever runs me decides (`linkbot announce --held`).
preview-waiting = **Waits** until { $time }.
preview-hidden = **Hidden**: members do not see it.
preview-gone = Its file is gone.
preview-takes = { $channel } takes such a post.
preview-refuses = { $channel } does not take it.
preview-no-filters = { $channel } takes every post.
delivery-pending = waits to be sent
delivery-asleep = asleep: not there as long as the post cannot be shown; it goes out once that is possible
delivery-sending = is being sent
delivery-sent = sent
delivery-refused = refused by Discord
delivery-unknown = nobody can tell whether it stands
delivery-dropped = left for good
message-link = message

announce-one-of = Say what to announce: either one post, or how many of the latest.
announce-changed = One of these posts changed just now, so nothing was done. Please ask again.
announce-heading = This would be announced
announce-nothing = There is nothing to announce
announce-done = On its way
announce-confirm = { $count ->
    [one] Announce it
   *[other] Announce { $count } posts
 }
step-to = → { $channels }
step-paused = { $channel } (paused)
step-there = { $channel }: { $state }
step-no-channel = No channel of this server takes it. With the option channel it goes there whatever the filters say.
step-broken = Its file is out of order; it is sent once that is mended.
verdict-not-public = Members may not see it: { $why }.
verdict-expired = It has expired.
verdict-held = It is held with others; whoever runs me decides (`linkbot announce --held`).

pause-done = ⏸️ Paused: { $channels }. What is to be announced there waits, also over restarts, and nothing is lost; cards go on to follow their posts. `/{ command-linkbot } { command-resume }` ends it.
pause-already = Paused already: { $channels }.
pause-followers = Direct messages to followers wait too.
pause-followers-already = Direct messages to followers are paused already.
pause-followers-go-on = Direct messages to followers go on; whoever runs me can hold them (`linkbot pause`).
resume-done = ▶️ Resumed: { $channels }. { $count ->
    [0] Nothing waited.
    [one] One post that waited goes out now.
   *[other] { $count } posts that waited go out now.
 }
resume-followers = Direct messages to followers go out again too.
resume-followers-held = Direct messages to followers are still paused. If all my channels are in this server, `/{ command-linkbot } { command-resume }` without a channel lets them go; otherwise whoever runs me can (`linkbot resume`).
resume-already = Was not paused: { $channels }.

channels-heading = Channels of this server
channels-unknown = I am still getting to know this server. Please try again in a minute.
kind-text = text channel
kind-announcement = announcement channel
kind-forum = forum
kind-voice = voice channel
kind-thread = thread
kind-other = a kind that takes no announcements: choose a text channel
takes-everything = Takes every post
takes-tags = Tags: { $conditions }
takes-sources = Sources: { $conditions }
takes-paths = Files: { $names }
condition-any = at least one of { $names }
condition-all = all of { $names }
condition-none = none of { $names }
may-write = ✅ I may do all that I need there.
may-not-write = ❌ I lack: { $permissions }. In Discord: the channel's settings, Permissions, add my role, allow these.
may-not-ping = ❌ I cannot ping { $role }: allow anyone to mention it in the role's settings, or allow me Mention Everyone there.
ping-gone = ❌ The role { $role } that is to be pinged does not exist: whoever runs me removes it from the settings.
may-not-publish = ❌ Messages are to be published, but this is no announcement channel: make it one, or whoever runs me removes publish from the settings.
permission-view-channel = View Channel
permission-connect = Connect
permission-send-messages = Send Messages
permission-send-messages-in-threads = Send Messages in Threads
permission-create-posts = Create Posts
permission-embed-links = Embed Links
permission-read-message-history = Read Message History

## Following; what is followed comes in bold

command-follow = follow
    .description = Get new posts by direct message
command-follow-tag = tag
    .description = Get new posts with a tag by direct message
command-follow-source = source
    .description = Get new posts from a source by direct message
command-follow-words = words
    .description = Get new posts with certain words by direct message
command-following = following
    .description = See what you follow, and end it
command-unfollow = unfollow
    .description = Stop following something
command-forget-me = forget-me
    .description = See all that is kept about you, and delete it
option-follow-tag = tag
    .description = The tag
option-follow-source = source
    .description = The source
option-follow-words = words
    .description = Words that a post must all have; "in quotes" they must follow one another
option-follow = follow
    .description = What you no longer want to follow; choose from the list

follow-tag = the tag { $name }
follow-source = the source { $name }
follow-words = the words { $name }
follow-new = From now on you follow { $what }. New posts come to you by direct message, at most { $count } messages within 24 hours; any more wait, and come as a list. `/forget-me` tells what I keep about you for that.
follow-cut = Only these words count; there were more.
follow-known = You follow { $what } already.
follow-too-many = You follow { $count } things, and more I cannot remember for one person. End one of them first.
following-heading = What you follow
following-nothing = You follow nothing. `/follow` gets you new posts by direct message.
following-how = New posts come by direct message, at most { $count } messages within 24 hours; any more wait, and come as a list.
following-waiting = { $count ->
    [one] One post waits to be sent to you.
   *[other] { $count } posts wait to be sent to you.
 }
following-refused = ⚠️ When I wrote to you last, you took no direct message from me. Allow direct messages in the privacy settings of a server where we both are, and unblock me if you blocked me. I try again after a day, then ever more rarely, and after a month I drop what waits for you. Follow something once more, and I try at once.
unfollow-done = You no longer follow { $what }.
unfollow-unknown = You do not follow { $name }. While you type, Discord shows what you follow.
forget-heading = All that I keep about you
forget-nothing = I keep nothing about you.
forget-ids = Your number at Discord, and that of our direct messages
forget-since = That you follow since { $date }
forget-follows = What you follow: { $names }
forget-sent = { $count ->
    [one] That I sent you one post, which and when, so that it does not come twice
   *[other] That I sent you { $count } posts, which and when, so that none comes twice
 }
forget-waiting = { $count ->
    [one] That one post waits to be sent to you
   *[other] That { $count } posts wait to be sent to you
 }
forget-refused = That you took no direct message when I wrote to you last, and how often in a row
forget-done = Done: all that I kept about you is deleted, and I send you nothing any more. What I sent before still stands in our direct messages.
button-unfollow = ✕ { $name }
button-following = What I follow
button-forget = Delete all of it
