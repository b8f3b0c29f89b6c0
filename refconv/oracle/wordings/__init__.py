"""How other frameworks say a call: one file each, from a case's options to that framework's arguments and layouts.

What a framework cannot say, such as padding that differs per side in PyTorch, is `Refused`, with a sentence.
"""
