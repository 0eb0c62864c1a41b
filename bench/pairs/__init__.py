"""Two trees of the code, one beside the other: does a change cost CPU?"""
