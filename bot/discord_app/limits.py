"""Discord's limits as far as Linkbot meets them, each with its unit and its source.

Characters are Unicode code points, so `len` counts as Discord does
(https://github.com/discord/discord-api-docs/issues/1315). All limits are inclusive.
"""

__all__ = [
    "ALL_EMBEDS_CHARACTERS",
    "APPLIED_TAGS",
    "AUTHOR_CHARACTERS",
    "CHOICES",
    "CHOICE_CHARACTERS",
    "CONTENT_CHARACTERS",
    "DESCRIPTION_CHARACTERS",
    "EMBEDS",
    "FOOTER_CHARACTERS",
    "HISTORY_PAGE",
    "NONCE_CHARACTERS",
    "THREADS_PAGE",
    "THREAD_NAME_CHARACTERS",
    "TITLE_CHARACTERS",
    "URL_CHARACTERS",
]

# https://docs.discord.com/developers/resources/message#create-message
CONTENT_CHARACTERS = 2000
EMBEDS = 10  # in one message
NONCE_CHARACTERS = 25

# https://docs.discord.com/developers/resources/message#embed-object-embed-limits
TITLE_CHARACTERS = 256
DESCRIPTION_CHARACTERS = 4096
AUTHOR_CHARACTERS = 256
FOOTER_CHARACTERS = 2048
ALL_EMBEDS_CHARACTERS = 6000  # titles, descriptions, authors, footers and fields of all embeds of a message together

# RichEmbed.url in Discord's OpenAPI specification
# (https://github.com/discord/discord-api-spec/blob/main/specs/openapi.json)
URL_CHARACTERS = 2048

# https://docs.discord.com/developers/resources/message#get-channel-messages
HISTORY_PAGE = 100  # messages in one answer

# https://docs.discord.com/developers/interactions/application-commands#application-command-object
CHOICES = 25  # suggestions of an autocomplete
CHOICE_CHARACTERS = 100  # of a suggestion's name, and of its value

# https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel
THREAD_NAME_CHARACTERS = 100
APPLIED_TAGS = 5  # of a forum's tags on one post

# https://docs.discord.com/developers/resources/channel#list-public-archived-threads
THREADS_PAGE = 100  # closed threads in one answer
