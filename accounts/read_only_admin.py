from django.contrib import admin


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows that nobody makes, changes or deletes here."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
