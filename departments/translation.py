from modeltranslation.translator import TranslationOptions, translator

from departments.models import Centre, Department, Division, LocalHoliday


class NameOptions(TranslationOptions):
    fields = ("name",)


class DepartmentOptions(TranslationOptions):
    fields = ("name", "short")


translator.register(Division, NameOptions)
translator.register(LocalHoliday, NameOptions)
translator.register(Centre, NameOptions)
translator.register(Department, DepartmentOptions)
