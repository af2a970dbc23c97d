
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_hand_overs'),
        ('mediation', '0002_reminding'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='end_reason',
            field=models.TextField(blank=True, verbose_name='reason of the end'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='named_by_parties',
            field=models.BooleanField(default=False, verbose_name='named by the parties'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='suggestions',
            field=models.JSONField(blank=True, default=dict, verbose_name='suggestions at the time'),
        ),
        migrations.CreateModel(
            name='Conflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('relation', models.CharField(choices=[('kin', 'relative'), ('employer', 'employer or employee'), ('earlier_role', 'earlier part in the matter'), ('household', 'same household'), ('other', 'other relation that may affect fairness')], max_length=16, verbose_name='relation')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('declared_at', models.DateTimeField(verbose_name='declared at')),
                ('declared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='declared by')),
                ('mediator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='conflicts', to='mediation.mediator', verbose_name='mediator')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.person', verbose_name='person')),
            ],
            options={
                'verbose_name': 'conflict of interest',
                'verbose_name_plural': 'conflicts of interest',
                'ordering': ('pk',),
                'constraints': [models.UniqueConstraint(fields=('mediator', 'person'), name='mediation_conflict_once')],
            },
        ),
    ]
