"""The guide desk: visits, registration of walk-ins, receipts and the public status page.

It receives people and hands the matter to ``cases``; what becomes of it later is no business of the desk.
"""
