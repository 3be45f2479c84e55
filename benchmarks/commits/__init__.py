"""Writers that are killed and readers that look on: is there ever half a commit?"""
