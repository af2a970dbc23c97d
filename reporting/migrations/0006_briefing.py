"""Published figures and briefings. The database itself keeps what was published from being changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT = """
CREATE FUNCTION reporting_refuse_published_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published is not changed: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER reporting_publishedfigures_no_change BEFORE UPDATE OR DELETE ON reporting_publishedfigures
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse_published_change();
CREATE TRIGGER reporting_publishedfigures_no_truncate BEFORE TRUNCATE ON reporting_publishedfigures
    FOR EACH STATEMENT EXECUTE FUNCTION reporting_refuse_published_change();
CREATE TRIGGER reporting_briefingpaper_no_change BEFORE UPDATE OR DELETE ON reporting_briefingpaper
    FOR EACH ROW EXECUTE FUNCTION reporting_refuse_published_change();
CREATE TRIGGER reporting_briefing_no_change BEFORE UPDATE OR DELETE ON reporting_briefing
    FOR EACH ROW WHEN (old.published_at IS NOT NULL) EXECUTE FUNCTION reporting_refuse_published_change();
"""

UNPROTECT = """
DROP TRIGGER reporting_briefing_no_change ON reporting_briefing;
DROP TRIGGER reporting_briefingpaper_no_change ON reporting_briefingpaper;
DROP TRIGGER reporting_publishedfigures_no_truncate ON reporting_publishedfigures;
DROP TRIGGER reporting_publishedfigures_no_change ON reporting_publishedfigures;
DROP FUNCTION reporting_refuse_published_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('departments', '0002_rota'),
        ('reporting', '0005_dash2'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Briefing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('weekly', 'Weekly briefing'), ('monthly', 'Monthly briefing'), ('yearly', 'Yearly briefing')], max_length=8, verbose_name='kind')),
                ('first', models.DateField(verbose_name='first day')),
                ('last', models.DateField(verbose_name='last day')),
                ('figures', models.JSONField(verbose_name='figures')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('gathered_at', models.DateTimeField(verbose_name='figures of')),
                ('words_zh_hans', models.TextField(blank=True, verbose_name='own words in Chinese')),
                ('words_ko', models.TextField(blank=True, verbose_name='own words in Korean')),
                ('year', models.PositiveSmallIntegerField(null=True, verbose_name='year of the issue')),
                ('number', models.PositiveSmallIntegerField(null=True, verbose_name='number of the issue')),
                ('published_at', models.DateTimeField(null=True, verbose_name='published at')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
                ('scope', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='departments.division', verbose_name='division')),
            ],
            options={
                'verbose_name': 'briefing',
                'verbose_name_plural': 'briefings',
                'ordering': ('-last', '-first', 'scope_id'),
            },
        ),
        migrations.CreateModel(
            name='BriefingPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('content', models.BinaryField(verbose_name='file')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('briefing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='reporting.briefing', verbose_name='briefing')),
            ],
            options={
                'verbose_name': 'paper of a briefing',
                'verbose_name_plural': 'papers of briefings',
            },
        ),
        migrations.CreateModel(
            name='PublishedFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField(verbose_name='first day')),
                ('last', models.DateField(verbose_name='last day')),
                ('measure', models.CharField(max_length=30, verbose_name='figure')),
                ('value', models.FloatField(null=True, verbose_name='value')),
                ('numerator', models.BigIntegerField(null=True, verbose_name='numerator')),
                ('denominator', models.BigIntegerField(null=True, verbose_name='denominator')),
                ('published_at', models.DateTimeField(verbose_name='published at')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('scope', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='departments.division', verbose_name='division')),
            ],
            options={
                'verbose_name': 'published figure',
                'verbose_name_plural': 'published figures',
            },
        ),
        migrations.AddConstraint(
            model_name='briefing',
            constraint=models.UniqueConstraint(fields=('scope', 'kind', 'first'), name='reporting_briefing_once'),
        ),
        migrations.AddConstraint(
            model_name='briefing',
            constraint=models.UniqueConstraint(fields=('scope', 'year', 'number'), name='reporting_briefing_number'),
        ),
        migrations.AddConstraint(
            model_name='briefing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number', None), ('published_at', None), ('published_by', None), ('year', None)), models.Q(('number__isnull', False), ('published_at__isnull', False), ('published_by__isnull', False), ('year__isnull', False)), _connector='OR'), name='reporting_briefing_whole'),
        ),
        migrations.AddConstraint(
            model_name='briefingpaper',
            constraint=models.UniqueConstraint(fields=('briefing', 'language'), name='reporting_briefingpaper_once'),
        ),
        migrations.AddConstraint(
            model_name='publishedfigures',
            constraint=models.UniqueConstraint(fields=('scope', 'first', 'last', 'measure'), name='reporting_publishedfigures_once'),
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
    ]
