"""The emoji that “Insert emoji” offers, each with the word that a screen reader says."""

EMOJI = (
    ("🎉", "party"), ("🎁", "gift"), ("🛒", "shopping cart"), ("🛍️", "shopping bags"), ("💳", "credit card"),
    ("🏷️", "price tag"), ("💰", "money bag"), ("🔥", "fire"), ("⏰", "alarm clock"), ("⏳", "hourglass"),
    ("🚚", "delivery van"), ("📦", "package"), ("✅", "check mark"), ("❗", "exclamation mark"), ("⭐", "star"),
    ("✨", "sparkles"), ("❤️", "heart"), ("👍", "thumbs up"), ("👏", "clapping hands"), ("👋", "waving hand"),
    ("🙏", "thank you"), ("😀", "smile"), ("😍", "heart eyes"), ("🤩", "starry eyes"), ("😮", "surprise"),
    ("👀", "eyes"), ("💡", "idea"), ("📣", "megaphone"), ("🔔", "bell"), ("📅", "calendar"),
    ("📱", "phone"), ("👟", "shoe"), ("👗", "dress"), ("🎧", "headphones"), ("☕", "coffee"),
    ("🍕", "pizza"), ("🌞", "sun"), ("❄️", "snowflake"), ("🎄", "Christmas tree"), ("🎃", "pumpkin"),
    ("🐣", "chick"), ("🌸", "blossom"), ("✈️", "aeroplane"), ("🏠", "house"), ("🎂", "birthday cake"),
    ("🥳", "celebrating face"), ("🚀", "rocket"), ("💎", "gem"),
)  # fmt: skip
