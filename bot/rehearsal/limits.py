"""Discord's limits as the stand-in enforces them. Lengths are in code points, after trimming.

Sources, under https://docs.discord.com/developers/: ``resources/message`` (embeds, content, nonce, mentions),
``components/reference`` (buttons, selects, text), ``interactions/application-commands`` (commands, options, choices),
and Discord's OpenAPI document, with which the test suite compares every number.
"""

CONTENT = 2000  # the OpenAPI document says 4000, which only paying people have
NONCE = 25
EMBEDS = 10
EMBED_TITLE = 256
EMBED_DESCRIPTION = 4096
EMBED_FIELDS = 25
EMBED_FIELD_NAME = 256
EMBED_FIELD_VALUE = 1024
EMBED_FOOTER = 2048
EMBED_AUTHOR = 256
EMBED_URL = 2048
EMBED_COLOR = 0xFFFFFF
EMBEDS_TOTAL = 6000  # of title, description, field names and values, footer and author, in all embeds together

COMPONENTS = 40  # nested ones included
ACTION_ROWS = 5  # of a message without the flag IS_COMPONENTS_V2
ROW_BUTTONS = 5
BUTTON_LABEL = 80
BUTTON_URL = 512
CUSTOM_ID = 100
SELECT_OPTIONS = 25
SELECT_OPTION_TEXT = 100
SELECT_PLACEHOLDER = 150
TEXT_DISPLAY = 4000  # also of all text displays together

MENTIONS = 100

COMMANDS = 100  # CHAT_INPUT; 15 of each other type
CONTEXT_COMMANDS = 15
COMMAND_NAME = 32
COMMAND_DESCRIPTION = 100
COMMAND_OPTIONS = 25
COMMAND_CHOICES = 25
COMMAND_TOTAL = 8000  # of all names, descriptions and values of one command
CHOICE_NAME = 100
CHOICE_VALUE = 100

THREAD_NAME = 100
THREAD_SLOWMODE = 21_600  # seconds
ACTIVE_THREADS = 1000  # of a guild: https://docs.discord.food/topics/threads (unofficial)
LEAST_ARCHIVED = 2  # threads in one page of the archived ones, which holds at most 100
FORUM_TAGS = 20
TAG_NAME = 20  # the OpenAPI document says 50, Discord's documentation 20
APPLIED_TAGS = 5
HISTORY = 100

USER_INSTALL_FOLLOWUPS = 5  # to an interaction for which the bot is no member of the guild
INTERACTION_ANSWER_SECONDS = 3.0
INTERACTION_TOKEN_SECONDS = 15 * 60.0
